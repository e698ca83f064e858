/** The TCK of Reactive Streams for publishers and subscribers of {@link java.util.concurrent.Flow}, and a subscriber for tests. */
@NullMarked
package io.valise.ipc.testkit.flow;

import org.jspecify.annotations.NullMarked;
