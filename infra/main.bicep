// What stockout runs on, on Azure: a resource group with a cluster (AKS), a registry, a storage account for tables and
// versions, a Key Vault for the API key, Prometheus, and identities without a single secret. README.md says what it costs
// and how to remove it.
targetScope = 'subscription'

@description('Where all of it is: a region with availability zones.')
param location string

@description('Names everything: letters and digits.')
@minLength(3)
@maxLength(11)
param name string = 'stockout'

@description('The repository whose workflows deploy: OWNER/NAME.')
param repository string

@description('The repository of the models, whose pull requests may read the storage: OWNER/NAME, or nothing.')
param modelsRepository string = ''

@description('Groups of Entra ID whose members administer the cluster.')
param adminGroupObjectIds string[]

@description('A minor version of Kubernetes that AKS has, 1.31 or newer; patches come by themselves.')
param kubernetesVersion string = '1.34'

@description('Of the nodes that run the operator and the cluster\'s own things.')
param systemVmSize string = 'Standard_D2s_v5'

@description('Of the nodes that run predictors.')
param userVmSize string = 'Standard_D4s_v5'

@description('The most nodes that predictors may take.')
@minValue(1)
param userNodesMost int = 4

@description('Of the nodes that run trainings and scoring, and are there only while these run.')
param trainingVmSize string = 'Standard_D8s_v5'

@description('The most nodes that trainings and scoring may take.')
@minValue(1)
param trainingNodesMost int = 4

@description('Whether those are spot nodes: for a fraction of the price, and Azure may take them away.')
param trainingOnSpot bool = false

// Names of config/overlays/aks.
var namespace = 'stockout'
var issuerOfGitHub = 'https://token.actions.githubusercontent.com'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${name}'
  location: location
}

module registry 'modules/registry.bicep' = {
  scope: group
  params: {
    location: location
    name: name
    pushers: [deployer.outputs.principalId, releaser.outputs.principalId]
    pullers: [cluster.outputs.kubeletPrincipalId]
  }
}

module cluster 'modules/cluster.bicep' = {
  scope: group
  params: {
    location: location
    name: name
    kubernetesVersion: kubernetesVersion
    systemVmSize: systemVmSize
    userVmSize: userVmSize
    userNodesMost: userNodesMost
    trainingVmSize: trainingVmSize
    trainingNodesMost: trainingNodesMost
    trainingOnSpot: trainingOnSpot
    adminGroupObjectIds: adminGroupObjectIds
  }
}

module access 'modules/cluster-access.bicep' = {
  scope: group
  params: {
    clusterName: cluster.outputs.name
    deployers: [deployer.outputs.principalId]
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    name: name
    clusterName: cluster.outputs.name
  }
}

// What Jobs and predictors show the storage: the ServiceAccount that spec.storage.serviceAccountName of a model names. The
// operator has no identity on Azure: it never touches the storage.
module data 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-${name}-data'
    credentials: [
      {
        name: 'stockout-data'
        issuer: cluster.outputs.oidcIssuer
        subject: 'system:serviceaccount:${namespace}:stockout-data'
      }
    ]
  }
}

// What the driver of the Key Vault shows it, for the pod stockout-key-vault.
module vaultReader 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-${name}-key-vault'
    credentials: [
      {
        name: 'stockout-key-vault'
        issuer: cluster.outputs.oidcIssuer
        subject: 'system:serviceaccount:${namespace}:stockout-key-vault'
      }
    ]
  }
}

// deploy-aks.yml, in the environment production and nowhere else.
module deployer 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-${name}-deploy'
    credentials: [
      {
        name: 'github-production'
        issuer: issuerOfGitHub
        subject: 'repo:${repository}:environment:production'
      }
    ]
  }
}

// release.yml, in the environment release: it pushes images and does nothing else.
module releaser 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-${name}-release'
    credentials: [
      {
        name: 'github-release'
        issuer: issuerOfGitHub
        subject: 'repo:${repository}:environment:release'
      }
    ]
  }
}

// The check verdicts of the models' repository (config/gitops/models): it reads versions and tables.
module verdicts 'modules/identity.bicep' = if (!empty(modelsRepository)) {
  scope: group
  params: {
    location: location
    name: 'id-${name}-verdicts'
    credentials: [
      {
        name: 'github-pull-requests'
        issuer: issuerOfGitHub
        subject: 'repo:${modelsRepository}:pull_request'
      }
    ]
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    name: name
    writers: [data.outputs.principalId]
    readers: empty(modelsRepository) ? [] : [verdicts!.outputs.principalId]
  }
}

module vault 'modules/key-vault.bicep' = {
  scope: group
  params: {
    location: location
    name: name
    readers: [vaultReader.outputs.principalId]
  }
}

@description('For config/overlays/aks/settings/settings.yaml, value by value.')
output settings object = {
  storageUri: '${storage.outputs.uri}/prod'
  tenantId: tenant().tenantId
  dataClientId: data.outputs.clientId
  keyVaultClientId: vaultReader.outputs.clientId
  keyVault: vault.outputs.name
}

@description('Variables of the GitHub repository.')
output repositoryVariables object = {
  AZURE_TENANT_ID: tenant().tenantId
  AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
  AKS_RESOURCE_GROUP: group.name
  AKS_CLUSTER: cluster.outputs.name
  ACR_LOGIN_SERVER: registry.outputs.loginServer
}

@description('The variable AZURE_CLIENT_ID of each of the GitHub environments, and of the models\' repository.')
output clientIds object = {
  production: deployer.outputs.clientId
  release: releaser.outputs.clientId
  models: empty(modelsRepository) ? '' : verdicts!.outputs.clientId
}
