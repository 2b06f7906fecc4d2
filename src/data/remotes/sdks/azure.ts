/** What the Azure remote needs of Microsoft's SDKs; a bundle of its own, loaded when a remote is on Azure. */
export { ClientSecretCredential, DefaultAzureCredential } from '@azure/identity';
export { AnonymousCredential, BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
