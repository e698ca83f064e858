/** What JMH's shape does not fit: processes that start, idle or come in hundreds. */
@NullMarked
package io.valise.ipc.benchmarks.probe;

import org.jspecify.annotations.NullMarked;
