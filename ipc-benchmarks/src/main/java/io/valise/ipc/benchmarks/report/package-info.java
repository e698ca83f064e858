/** Reports made from results.json. */
@NullMarked
package io.valise.ipc.benchmarks.report;

import org.jspecify.annotations.NullMarked;
