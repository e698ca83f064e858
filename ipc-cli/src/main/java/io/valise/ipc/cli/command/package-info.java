/** The subcommands, a class for each. */
@NullMarked
package io.valise.ipc.cli.command;

import org.jspecify.annotations.NullMarked;
