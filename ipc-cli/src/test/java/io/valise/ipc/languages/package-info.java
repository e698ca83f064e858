/** Java, Node.js and Python, each beside the others. */
@NullMarked
package io.valise.ipc.languages;

import org.jspecify.annotations.NullMarked;
