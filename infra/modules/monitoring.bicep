// Azure Monitor's Prometheus: the cluster's agent scrapes, the workspace keeps.
param location string
param name string
param clusterName string

resource workspace 'Microsoft.Monitor/accounts@2023-04-03' = {
  name: 'amw-${name}'
  location: location
}

resource endpoint 'Microsoft.Insights/dataCollectionEndpoints@2022-06-01' = {
  name: 'dce-${name}'
  location: location
  kind: 'Linux'
  properties: {}
}

resource rule 'Microsoft.Insights/dataCollectionRules@2022-06-01' = {
  name: 'dcr-${name}'
  location: location
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: endpoint.id
    dataSources: {
      prometheusForwarder: [
        {
          name: 'prometheus'
          streams: ['Microsoft-PrometheusMetrics']
          labelIncludeFilter: {}
        }
      ]
    }
    destinations: {
      monitoringAccounts: [
        {
          name: 'workspace'
          accountResourceId: workspace.id
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-PrometheusMetrics']
        destinations: ['workspace']
      }
    ]
  }
}

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' existing = {
  name: clusterName
}

resource association 'Microsoft.Insights/dataCollectionRuleAssociations@2022-06-01' = {
  scope: cluster
  name: 'dcra-${name}'
  properties: {
    description: 'Without it the cluster sends no metrics.'
    dataCollectionRuleId: rule.id
  }
}
