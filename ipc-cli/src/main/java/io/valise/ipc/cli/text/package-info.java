/** How the command writes for people: tables, amounts, times. */
@NullMarked
package io.valise.ipc.cli.text;

import org.jspecify.annotations.NullMarked;
