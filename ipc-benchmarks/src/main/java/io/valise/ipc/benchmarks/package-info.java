/** JMH benchmarks: Valise beside its peers, in one run. */
@NullMarked
package io.valise.ipc.benchmarks;

import org.jspecify.annotations.NullMarked;
