// SwiftPM builds no target of headers alone.

#include "CRandom.h"
