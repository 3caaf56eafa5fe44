/**
 * The instances of the gateway that work on this store, each with a count that it raises as long as
 * it lives, and which of them is on duty (TP-INST-3). No time stands here: clocks of several hosts
 * are not compared.
 */
export const INSTANCE_SQL = `
CREATE TABLE gateway_instance (
  run TEXT PRIMARY KEY,
  beat INTEGER NOT NULL
) STRICT;
CREATE TABLE gateway_duty (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  holder TEXT NOT NULL
) STRICT;
INSERT INTO gateway_duty VALUES (1, '');
`;
