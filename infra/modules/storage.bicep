// Tables and model versions: Data Lake Storage (a hierarchical namespace), one container. There are no keys: only identities
// with a role on that container come in.
param location string
param name string
param writers string[]
param readers string[]

var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // 24 letters and digits are the most.
  name: take('st${toLower(name)}${uniqueString(resourceGroup().id)}', 24)
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    isHnsEnabled: true
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    // A mistake can be undone for a week.
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'stockout'
  properties: { publicAccess: 'None' }
}

resource write 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in writers: {
    scope: container
    name: guid(container.id, principal, blobDataContributor)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in readers: {
    scope: container
    name: guid(container.id, principal, blobDataReader)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
      principalId: principal
      principalType: 'ServicePrincipal'
    }
  }
]

output uri string = 'abfss://${container.name}@${account.name}.dfs.${environment().suffixes.storage}'
