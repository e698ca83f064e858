/** Objects of one process called from another. */
@NullMarked
package io.valise.examples.objects;

import org.jspecify.annotations.NullMarked;
