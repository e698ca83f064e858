/** JSON as people type it and programs read it, to and from ValueSets. */
@NullMarked
package io.valise.ipc.services.json;

import org.jspecify.annotations.NullMarked;
