// What AMX is told of its registers before they are used: Intel's manual, volume 1, section "Tile architecture".

#ifndef CK_TILE_SHAPES_H
#define CK_TILE_SHAPES_H

#include <stdint.h>

enum {
  ck_tiles = 8,
  ck_tile_rows = 16,
  ck_tile_row_bytes = 64,
  ck_tile_palette = 1,       // the only one there is
  ck_tile_shape_places = 16  // of which it uses ck_tiles
};

typedef struct ck_tile_shapes {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[ck_tile_shape_places];
  uint8_t rows[ck_tile_shape_places];
} ck_tile_shapes;

/// Every register as large as it can be.
static inline ck_tile_shapes ck_whole_tiles(void) {
  ck_tile_shapes shapes = {.palette = ck_tile_palette};
  for (int t = 0; t < ck_tiles; t++) {
    shapes.rows[t] = ck_tile_rows;
    shapes.row_bytes[t] = ck_tile_row_bytes;
  }
  return shapes;
}

#endif
