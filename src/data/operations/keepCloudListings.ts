/** Listings of folders whose pins name each file: the cache gets them from the pin, so that they are placed as all others are. */
import type { ObjectCache } from '../cache/objectCache.ts';
import { isFolderObject } from '../objectId.ts';
import { listingOfCloud } from '../pins/readOutput.ts';
import type { SelectedPin } from './selectPins.ts';

export async function keepCloudListings(pins: readonly SelectedPin[], cache: ObjectCache): Promise<void> {
  for (const { pin } of pins) {
    if (pin.cloudFiles === undefined || pin.object === undefined || !isFolderObject(pin.object)) continue;
    const listing = listingOfCloud(pin.cloudFiles);
    if (listing !== undefined) await cache.insertListing(listing);
  }
}
