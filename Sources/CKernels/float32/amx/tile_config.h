// What AMX is told of its registers before they are used: Intel's manual, volume 1, section "Tile architecture".

#ifndef CK_TILE_CONFIG_H
#define CK_TILE_CONFIG_H

#include <stdint.h>

enum {
  ck_tiles = 8,
  ck_tile_rows = 16,
  ck_tile_row_bytes = 64,
  ck_tile_palette = 1,           // the only one there is
  ck_tile_config_registers = 16  // of which it uses ck_tiles
};

typedef struct ck_tile_config {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[ck_tile_config_registers];
  uint8_t rows[ck_tile_config_registers];
} ck_tile_config;

/// Every register as large as it can be.
static inline ck_tile_config ck_full_tile_config(void) {
  ck_tile_config config = {.palette = ck_tile_palette};
  for (int t = 0; t < ck_tiles; t++) {
    config.rows[t] = ck_tile_rows;
    config.row_bytes[t] = ck_tile_row_bytes;
  }
  return config;
}

#endif
