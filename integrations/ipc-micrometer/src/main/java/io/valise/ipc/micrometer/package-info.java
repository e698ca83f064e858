/** Counters, gauges and timers of Valise for Micrometer; see docs/micrometer.md. */
@NullMarked
package io.valise.ipc.micrometer;

import org.jspecify.annotations.NullMarked;
