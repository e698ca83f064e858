/** Measurements that do not fit JMH: starting processes, idle processes, hundreds of connections. */
@NullMarked
package io.valise.ipc.benchmarks.probe;

import org.jspecify.annotations.NullMarked;
