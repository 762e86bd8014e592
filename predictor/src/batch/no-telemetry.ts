import process from 'node:process';

/**
 * ONNX Runtime reports each start and session to its makers, and keeps an id of this machine in the temporary folder,
 * unless it is told not to before it is loaded. Its native code does not see what a worker thread sets: whoever starts
 * the worker imports this too.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
