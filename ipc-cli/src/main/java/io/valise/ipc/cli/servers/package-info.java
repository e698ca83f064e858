/** The servers of this user, for several subcommands. */
@NullMarked
package io.valise.ipc.cli.servers;

import org.jspecify.annotations.NullMarked;
