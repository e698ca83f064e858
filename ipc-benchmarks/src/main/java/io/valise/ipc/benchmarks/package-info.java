/** JMH benchmarks: Valise compared with other libraries, in one run. */
@NullMarked
package io.valise.ipc.benchmarks;

import org.jspecify.annotations.NullMarked;
