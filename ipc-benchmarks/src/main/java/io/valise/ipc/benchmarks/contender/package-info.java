/** The contenders: the same exchange over Valise's transports and over other libraries. */
@NullMarked
package io.valise.ipc.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
