/** Tests of the package of the same name. */
@NullMarked
package io.valise.ipc.cli.servers;

import org.jspecify.annotations.NullMarked;
