/** Of Extended's features on the real data; each has one group. */
export interface Group {
  what: string;
  has: (feature: string) => boolean;
}

const STANDARD = /^(promo|daily_sales|sales_\w+|discount)$|^promo_/;
const OF_THE_DAY = /^(day_of_week|days_observed|holiday_flag|activity_flag)$/;
/** It adds nothing, on validation days already: docs/ablation.md. */
export const WEATHER = /^(precpt|avg_temperature|avg_humidity|avg_wind_level)$/;
/** The product in the stores of its region. */
export const REGION = /^region_/;
const HOURS = /oos_hours_6_22/;
const STOCKOUTS = /stockout/;
const LEVEL = /^(store|product)_/;
const RANK = /_rank$/;
const SMOOTHED = /_smoothed_/;
/** These come last: they say again, whatever the level of the day, what the others say. */
const isSaidAgain = (name: string) => RANK.test(name) || SMOOTHED.test(name);

export const GROUPS: readonly Group[] = [
  { what: 'Standard: sales, promo, discount', has: (name) => STANDARD.test(name) },
  {
    what: 'stockout history of the series',
    has: (name) => STOCKOUTS.test(name) && !LEVEL.test(name) && !REGION.test(name) && !isSaidAgain(name),
  },
  {
    what: "store's and product's stockout rates",
    has: (name) => STOCKOUTS.test(name) && LEVEL.test(name) && !isSaidAgain(name),
  },
  { what: 'weekday, days observed, holiday, activity', has: (name) => OF_THE_DAY.test(name) },
  { what: 'weather of the day', has: (name) => WEATHER.test(name) },
  {
    what: 'hours out of stock: today, yesterday, rolls',
    has: (name) => HOURS.test(name) && !LEVEL.test(name) && !REGION.test(name) && !name.endsWith('_mean'),
  },
  {
    what: "the series' means of them so far",
    has: (name) => HOURS.test(name) && !LEVEL.test(name) && !REGION.test(name) && name.endsWith('_mean'),
  },
  {
    what: "store's and product's means of them",
    has: (name) => HOURS.test(name) && LEVEL.test(name) && !isSaidAgain(name),
  },
  { what: "the product's ranks among all", has: (name) => RANK.test(name) },
  { what: 'the smoothed rate', has: (name) => SMOOTHED.test(name) },
  { what: "the product in its region's stores", has: (name) => REGION.test(name) },
];
