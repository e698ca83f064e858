/** From results.json to pages that people read. */
@NullMarked
package io.valise.ipc.benchmarks.report;

import org.jspecify.annotations.NullMarked;
