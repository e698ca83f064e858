/** The rules of the SPI (T, L, P), a class per group, and the engine's part in them played by hand. */
@NullMarked
package io.valise.ipc.testkit.link;

import org.jspecify.annotations.NullMarked;
