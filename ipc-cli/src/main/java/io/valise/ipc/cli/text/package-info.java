/** How the command writes text for users: tables, amounts, times. */
@NullMarked
package io.valise.ipc.cli.text;

import org.jspecify.annotations.NullMarked;
