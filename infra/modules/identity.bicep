// A managed identity that someone with a token of another issuer may act as: a pod of the cluster, or a GitHub workflow.
param location string
param name string

type credential = {
  name: string
  issuer: string
  subject: string
}

@description('Whose tokens it takes.')
param credentials credential[]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
}

// One after the other: an identity takes no two changes at once.
@batchSize(1)
resource federated 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [
  for each in credentials: {
    parent: identity
    name: each.name
    properties: {
      issuer: each.issuer
      subject: each.subject
      audiences: ['api://AzureADTokenExchange']
    }
  }
]

output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
