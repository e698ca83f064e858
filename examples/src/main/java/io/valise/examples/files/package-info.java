/** Files between processes. */
@NullMarked
package io.valise.examples.files;

import org.jspecify.annotations.NullMarked;
