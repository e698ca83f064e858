/** Objects that are made by the name of their class, and one that is found running. */
@NullMarked
package io.valise.examples.activation;

import org.jspecify.annotations.NullMarked;
