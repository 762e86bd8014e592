// AKS with workload identity, its OIDC issuer, the Key Vault driver, network policies that are enforced, and no password or
// certificate that opens it: people and workflows sign in with Entra ID, and Azure's roles say what they may.
param location string
param name string
param kubernetesVersion string
param systemVmSize string
param userVmSize string
param userNodesMost int
param trainingVmSize string
param trainingNodesMost int
param trainingOnSpot bool
param adminGroupObjectIds string[]

var zones = ['1', '2', '3']
var trainingTaints = ['stockout.dev/pool=training:NoSchedule']
// Which AKS gives to spot nodes by itself; said here, so that a second deployment finds no difference.
var spotTaints = ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule']

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'aks-${name}'
  location: location
  sku: {
    name: 'Base'
    tier: 'Standard' // the API server with an uptime that is promised
  }
  identity: { type: 'SystemAssigned' }
  properties: {
    dnsPrefix: name
    kubernetesVersion: kubernetesVersion
    disableLocalAccounts: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      adminGroupObjectIDs: adminGroupObjectIds
    }
    oidcIssuerProfile: { enabled: true }
    securityProfile: {
      workloadIdentity: { enabled: true }
    }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      loadBalancerSku: 'standard'
    }
    addonProfiles: {
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: {
          enableSecretRotation: 'true'
          rotationPollInterval: '2m'
        }
      }
    }
    azureMonitorProfile: {
      metrics: { enabled: true }
    }
    autoUpgradeProfile: {
      upgradeChannel: 'patch'
      nodeOSUpgradeChannel: 'NodeImage'
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        type: 'VirtualMachineScaleSets'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: systemVmSize
        count: 2
        availabilityZones: zones
        // The operator tolerates it (config/overlays/aks/system-pool.yaml), trainings and predictors do not.
        nodeTaints: ['CriticalAddonsOnly=true:NoSchedule']
      }
      {
        name: 'user'
        mode: 'User'
        type: 'VirtualMachineScaleSets'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: userVmSize
        count: 1
        enableAutoScaling: true
        minCount: 1
        maxCount: userNodesMost
        availabilityZones: zones
      }
      // For what tolerates it and asks for it (config/components/training-pool): none while nothing trains.
      {
        name: 'training'
        mode: 'User'
        type: 'VirtualMachineScaleSets'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: trainingVmSize
        count: 0
        enableAutoScaling: true
        minCount: 0
        maxCount: trainingNodesMost
        availabilityZones: zones
        nodeLabels: { 'stockout.dev/pool': 'training' }
        nodeTaints: trainingOnSpot ? concat(trainingTaints, spotTaints) : trainingTaints
        scaleSetPriority: trainingOnSpot ? 'Spot' : 'Regular'
        scaleSetEvictionPolicy: trainingOnSpot ? 'Delete' : null
        spotMaxPrice: trainingOnSpot ? -1 : null // at most the price of a node that is not taken away
      }
    ]
  }
}

output name string = cluster.name
output oidcIssuer string = cluster.properties.oidcIssuerProfile.issuerURL
output kubeletPrincipalId string = cluster.properties.identityProfile.kubeletidentity.objectId
