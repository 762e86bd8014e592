export { type LocalCluster, type LocalClusterOptions, startLocalCluster } from './cluster.ts';
export { type Ended, endLocalCluster } from './end.ts';
export { type NodeAgent, type NodeAgentOptions, startNodeAgent } from './node/agent.ts';
export { type ServiceProxy, type ServiceProxyOptions, startServiceProxy } from './proxy/proxy.ts';
