using 'main.bicep'

param location = 'westeurope'
param repository = 'example/stockout'
param modelsRepository = 'example/models'
// az ad group show --group stockout-admins --query id
param adminGroupObjectIds = ['00000000-0000-0000-0000-000000000000']
