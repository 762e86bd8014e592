// Who deploys: they get a kubeconfig, and may do everything in the cluster, for what they apply are kinds, roles and
// namespaces.
param clusterName string
param deployers string[]

var roles = [
  '4abbcc35-e782-43d8-92c5-2d3f1bd2253f' // Azure Kubernetes Service Cluster User Role
  'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b' // Azure Kubernetes Service RBAC Cluster Admin
]
var grants = flatten(map(deployers, deployer => map(roles, role => { deployer: deployer, role: role })))

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' existing = {
  name: clusterName
}

resource granted 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants: {
    scope: cluster
    name: guid(cluster.id, grant.deployer, grant.role)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.role)
      principalId: grant.deployer
      principalType: 'ServicePrincipal'
    }
  }
]
