// The registry that the cluster pulls from. It has no user and no password.
param location string
param name string
param pushers string[]
param pullers string[]

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var acrPush = '8311e382-0749-4cb8-b61a-304f252e45ec'

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'cr${name}${uniqueString(resourceGroup().id)}'
  location: location
  sku: { name: 'Standard' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in pullers: {
    scope: registry
    name: guid(registry.id, principal, acrPull)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

resource push 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in pushers: {
    scope: registry
    name: guid(registry.id, principal, acrPush)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPush)
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output loginServer string = registry.properties.loginServer
