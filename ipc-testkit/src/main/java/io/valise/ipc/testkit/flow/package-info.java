/** The TCK of Reactive Streams for publishers and subscribers of {@link java.util.concurrent.Flow}. */
@NullMarked
package io.valise.ipc.testkit.flow;

import org.jspecify.annotations.NullMarked;
