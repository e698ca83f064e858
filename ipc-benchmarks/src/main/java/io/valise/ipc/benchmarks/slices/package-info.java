/** Contenders side by side in one run: they alternate in short slices, all their JVMs warm, one of them active at a time. */
@NullMarked
package io.valise.ipc.benchmarks.slices;

import org.jspecify.annotations.NullMarked;
