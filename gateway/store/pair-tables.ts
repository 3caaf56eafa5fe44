/**
 * How many deliveries of each sender, recipient and lane are under way and how many wait, kept with
 * the deliveries themselves (TP-INST-4). An index holds the pairs with somebody waiting and no
 * others.
 */
export const PAIR_SQL = `
CREATE TABLE pair_load (
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  lane INTEGER NOT NULL,
  dispatched INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  PRIMARY KEY (sender, recipient, lane)
) STRICT;
INSERT INTO pair_load SELECT sender, recipient, lane,
    sum(CASE WHEN state = 1 THEN 1 ELSE 0 END), sum(CASE WHEN state = 0 THEN 1 ELSE 0 END)
  FROM deliveries WHERE state < 2 GROUP BY sender, recipient, lane;
CREATE INDEX pair_load_waiting ON pair_load (sender, recipient, lane) WHERE waiting > 0;
`;
