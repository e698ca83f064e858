/** Tests of the package of the same name. */
@NullMarked
package io.valise.ipc.cli;

import org.jspecify.annotations.NullMarked;
