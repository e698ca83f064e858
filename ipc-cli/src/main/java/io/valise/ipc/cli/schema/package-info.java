/** The forms in which {@code ipc schema} prints what a server offers. */
@NullMarked
package io.valise.ipc.cli.schema;

import org.jspecify.annotations.NullMarked;
