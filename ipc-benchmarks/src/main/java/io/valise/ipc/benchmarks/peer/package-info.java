/** The other side of a benchmark: a JVM of its own. */
@NullMarked
package io.valise.ipc.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
