/** The lines of the table of Windows systems in README.md, as one program. */
@NullMarked
package io.valise.examples.counterparts;

import org.jspecify.annotations.NullMarked;
