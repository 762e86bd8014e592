/** The one version of XGBoost that trains and scores. */
export declare const XGBOOST_VERSION: string;
/** Where our copy of the library lies or would lie, or undefined on a platform without a wheel. */
export declare function cachedLibrary(platform?: string): string | undefined;
/** Downloads, checks and unpacks the library; false when there was nothing to do. */
export declare function installLibrary(platform?: string): boolean;
/** The one command that puts the library in place. */
export declare function hint(): string;
