/** The programs that this user has declared: JSON files in the configuration folder, read anew at each use. */
@NullMarked
package io.valise.ipc.services.manifest;

import org.jspecify.annotations.NullMarked;
