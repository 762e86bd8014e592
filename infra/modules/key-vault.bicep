// The API key of the predictors: the secret stockout-api-key, which people put there.
param location string
param name string
param readers string[]

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: take('kv-${name}-${uniqueString(resourceGroup().id)}', 24)
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
  }
}

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in readers: {
    scope: vault
    name: guid(vault.id, principal, secretsUser)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output name string = vault.name
