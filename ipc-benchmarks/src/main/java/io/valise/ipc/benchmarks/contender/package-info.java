/** What is measured beside each other: the same exchange over Valise's transports and over their peers. */
@NullMarked
package io.valise.ipc.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
