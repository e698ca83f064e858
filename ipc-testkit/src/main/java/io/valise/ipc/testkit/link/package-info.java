/** The rules of the SPI (T, L, P), a class per group, with test code in the role of the engine. */
@NullMarked
package io.valise.ipc.testkit.link;

import org.jspecify.annotations.NullMarked;
