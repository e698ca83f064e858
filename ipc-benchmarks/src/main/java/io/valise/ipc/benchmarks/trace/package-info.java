/**
 * Which classes one request enters, by the JDK's debugger interface.
 */
@NullMarked
package io.valise.ipc.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
