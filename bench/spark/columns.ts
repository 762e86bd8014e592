export const COLUMNS = [
  'store_id',
  'product_id',
  'date',
  'price',
  'promo',
  'daily_sales',
  'inventory',
  'stockout',
];
