/** Tests with the registries of Micrometer itself. */
@NullMarked
package io.valise.ipc.micrometer;

import org.jspecify.annotations.NullMarked;
