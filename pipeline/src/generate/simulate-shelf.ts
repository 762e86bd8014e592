import { poisson, randomNumbers } from './random.ts';

export interface ShelfDay {
  price: number;
  promo: 0 | 1;
  /** Units sold, never more than there were. */
  sales: number;
  /** Units left at the end of the day. */
  inventory: number;
  /** 1 when nothing is left. */
  stockout: 0 | 1;
}

/** What makes one product in one store sell as it does. */
interface Shelf {
  price: number;
  /** Mean units wanted on an ordinary day. */
  demand: number;
  /** An order is placed when no more than this is left. */
  reorderPoint: number;
  orderSize: number;
  leadDays: number;
  promoShare: number;
}

/**
 * The days of one store x product: demand is Poisson, higher at weekends and doubled by promotions; stock is reordered
 * at a point that holds for an ordinary week, so promotions and late deliveries empty it.
 */
export function simulateShelf(seed: number, shelf: number, days: number): ShelfDay[] {
  const random = randomNumbers(seed, shelf);
  const { price, demand, reorderPoint, orderSize, leadDays, promoShare } = drawShelf(random);
  const arrivals = new Map<number, number>();
  let inventory = Math.round(reorderPoint + orderSize * random());
  let promoDaysLeft = 0;
  return Array.from({ length: days }, (_, day) => {
    inventory += arrivals.get(day) ?? 0;
    arrivals.delete(day);
    promoDaysLeft = promoDaysLeft > 0 ? promoDaysLeft - 1 : random() < promoShare ? 3 : 0;
    const promo = promoDaysLeft > 0 ? 1 : 0;
    const weekend = day % 7 === 3 || day % 7 === 4 ? 1.3 : 1;
    const sales = Math.min(inventory, poisson(demand * weekend * (promo ? 2 : 1), random));
    inventory -= sales;
    if (inventory <= reorderPoint && arrivals.size === 0) {
      // One delivery in six is late.
      arrivals.set(day + leadDays + (random() < 1 / 6 ? 3 : 0), orderSize);
    }
    return {
      price: promo ? Math.round(price * 90) / 100 : price,
      promo,
      sales,
      inventory,
      stockout: inventory === 0 ? 1 : 0,
    };
  });
}

function drawShelf(random: () => number): Shelf {
  const demand = 1 + 7 * random();
  const leadDays = 2 + Math.floor(6 * random());
  return {
    price: Math.round(4500 + 45_500 * random()) / 100,
    demand,
    // From too careful to too bold: shelves differ in how often they are empty.
    reorderPoint: Math.round(demand * leadDays * (0.2 + 1.2 * random())),
    orderSize: Math.round(demand * (7 + 14 * random())),
    leadDays,
    promoShare: 0.03,
  };
}
