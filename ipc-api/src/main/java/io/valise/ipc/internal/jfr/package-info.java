/** The events that a recording of the Java Flight Recorder can have; nothing of it is loaded where there is no {@code jdk.jfr}. */
@NullMarked
package io.valise.ipc.internal.jfr;

import org.jspecify.annotations.NullMarked;
