import { VirtualEnvironment } from '../../virtual-environment.ts';

/** MLflow and XGBoost, and the programs of this folder. */
export class Python {
  readonly #environment: VirtualEnvironment;
  private constructor(environment: VirtualEnvironment) {
    this.#environment = environment;
  }

  static async install(): Promise<Python> {
    const requirements = new URL('requirements.txt', import.meta.url);
    return new Python(await VirtualEnvironment.install('venv-mlflow', requirements));
  }

  /** The environment's folder of programs. */
  get bin(): string {
    return this.#environment.bin;
  }

  /** What a program of this folder answers, one line of JSON; its environment is ours and what is given. */
  ask<T>(program: string, input: object, env: Record<string, string> = {}): Promise<T> {
    return this.#environment.ask(new URL(program, import.meta.url), input, env);
  }
}
