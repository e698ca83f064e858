/** Comparison of rings in shared memory, without requests and value sets: messages of 64 bytes. */
@NullMarked
package io.valise.ipc.benchmarks.ring;

import org.jspecify.annotations.NullMarked;
