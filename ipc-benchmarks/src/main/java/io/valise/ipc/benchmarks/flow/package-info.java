/** One-way messages of one length from one process to another that takes them, with the same flow control for each contender. */
@NullMarked
package io.valise.ipc.benchmarks.flow;

import org.jspecify.annotations.NullMarked;
