import { expect, test } from 'vitest'
import { acquisitionLimits } from './acquisition.ts'
import { appMessageLimits } from './app-messages.ts'
import { archiveLimits } from './archive/msgaudit.ts'
import { contactListLimits } from './contact-list.ts'
import { contactWayLimits } from './contact-ways.ts'
import { contactLimits } from './contacts.ts'
import { type EndpointName, endpointOf } from './endpoints/catalogue.ts'
import { groupLimits } from './groups.ts'
import { handoverLimits } from './handovers.ts'
import { idLimits } from './ids.ts'
import { interceptLimits } from './intercept-words.ts'
import { kfLimits } from './kf.ts'
import { massMessageLimits } from './mass-messages.ts'
import { uploadByUrlLimits } from './media.ts'
import { momentLimits } from './moments.ts'
import { productLimits } from './product-album.ts'
import { statisticLimits } from './statistics.ts'
import { strategyLimits } from './strategies.ts'

type Row = [figure: number, endpoint: EndpointName, field: string, what: 'chars' | 'bytes' | 'items' | 'parts' | 'atMost']

/** What features read and what is checked before a call are the same figure. */
test.each<Row>([
  [acquisitionLimits.linksPerPage, 'externalcontact/customer_acquisition/list_link', 'limit', 'atMost'],
  [acquisitionLimits.customersPerPage, 'externalcontact/customer_acquisition/customer', 'limit', 'atMost'],
  [acquisitionLimits.people, 'externalcontact/customer_acquisition/create_link', 'range.user_list', 'items'],
  [appMessageLimits.members, 'message/send', 'touser', 'parts'],
  [appMessageLimits.departments, 'message/send', 'toparty', 'parts'],
  [appMessageLimits.tags, 'message/send', 'totag', 'parts'],
  [appMessageLimits.textBytes, 'message/send', 'text.content', 'bytes'],
  [appMessageLimits.articles, 'message/send', 'news.articles', 'items'],
  [appMessageLimits.onceSeconds, 'message/send', 'duplicate_check_interval', 'atMost'],
  [archiveLimits.pairsPerCall, 'msgaudit/check_single_agree', 'info', 'items'],
  [contactLimits.membersPerBatch, 'externalcontact/batch/get_by_user', 'userid_list', 'items'],
  [contactLimits.contactsPerPage, 'externalcontact/batch/get_by_user', 'limit', 'atMost'],
  [contactLimits.remarkChars, 'externalcontact/remark', 'remark', 'chars'],
  [contactLimits.descriptionChars, 'externalcontact/remark', 'description', 'chars'],
  [contactListLimits.perPage, 'externalcontact/contact_list', 'limit', 'atMost'],
  [contactWayLimits.members, 'externalcontact/add_contact_way', 'user', 'items'],
  [contactWayLimits.remarkChars, 'externalcontact/add_contact_way', 'remark', 'chars'],
  [contactWayLimits.stateChars, 'externalcontact/add_contact_way', 'state', 'chars'],
  [contactWayLimits.temporaryDays * 86_400, 'externalcontact/add_contact_way', 'expires_in', 'atMost'],
  [groupLimits.groupsPerPage, 'externalcontact/groupchat/list', 'limit', 'atMost'],
  [groupLimits.ownersPerCall, 'externalcontact/groupchat/list', 'owner_filter.userid_list', 'items'],
  [groupLimits.groupsPerCode, 'externalcontact/groupchat/add_join_way', 'chat_id_list', 'items'],
  [groupLimits.stateChars, 'externalcontact/groupchat/add_join_way', 'state', 'chars'],
  [groupLimits.newGroupNameChars, 'externalcontact/groupchat/add_join_way', 'room_base_name', 'chars'],
  [groupLimits.welcomeTextBytes, 'externalcontact/group_welcome_template/add', 'text.content', 'bytes'],
  [handoverLimits.customers, 'externalcontact/transfer_customer', 'external_userid', 'items'],
  [handoverLimits.messageChars, 'externalcontact/transfer_customer', 'transfer_success_msg', 'chars'],
  [handoverLimits.groups, 'externalcontact/groupchat/transfer', 'chat_id_list', 'items'],
  [handoverLimits.unassignedPerPage, 'externalcontact/get_unassigned_list', 'page_size', 'atMost'],
  [idLimits.pendingPerCall, 'idconvert/batch/external_userid_to_pending_id', 'external_userid', 'items'],
  [idLimits.membersPerCall, 'batch/userid_to_openuserid', 'userid_list', 'items'],
  [interceptLimits.nameChars, 'externalcontact/add_intercept_rule', 'rule_name', 'chars'],
  [interceptLimits.words, 'externalcontact/add_intercept_rule', 'word_list', 'items'],
  [interceptLimits.wordChars, 'externalcontact/add_intercept_rule', 'word_list.*', 'chars'],
  [interceptLimits.users, 'externalcontact/add_intercept_rule', 'applicable_range.user_list', 'items'],
  [interceptLimits.departments, 'externalcontact/add_intercept_rule', 'applicable_range.department_list', 'items'],
  [kfLimits.nameChars, 'kf/account/add', 'name', 'chars'],
  [kfLimits.accountsPerPage, 'kf/account/list', 'limit', 'atMost'],
  [kfLimits.sceneBytes, 'kf/add_contact_way', 'scene', 'bytes'],
  [kfLimits.servicers, 'kf/servicer/add', 'userid_list', 'items'],
  [kfLimits.servicerDepartments, 'kf/servicer/add', 'department_id_list', 'items'],
  [kfLimits.messagesPerPull, 'kf/sync_msg', 'limit', 'atMost'],
  [kfLimits.menuItems, 'kf/send_msg', 'msgmenu.list', 'items'],
  [kfLimits.textBytes, 'kf/send_msg', 'text.content', 'bytes'],
  [kfLimits.customers, 'kf/customer/batchget', 'external_userid_list', 'items'],
  [massMessageLimits.customers, 'externalcontact/add_msg_template', 'external_userid', 'items'],
  [massMessageLimits.groups, 'externalcontact/add_msg_template', 'chat_id_list', 'items'],
  [massMessageLimits.textBytes, 'externalcontact/add_msg_template', 'text.content', 'bytes'],
  [massMessageLimits.attachments, 'externalcontact/add_msg_template', 'attachments', 'items'],
  [massMessageLimits.messagesPerPage, 'externalcontact/get_groupmsg_list_v2', 'limit', 'atMost'],
  [massMessageLimits.tasksPerPage, 'externalcontact/get_groupmsg_task', 'limit', 'atMost'],
  [massMessageLimits.resultsPerPage, 'externalcontact/get_groupmsg_send_result', 'limit', 'atMost'],
  [momentLimits.textChars, 'externalcontact/add_moment_task', 'text.content', 'chars'],
  [momentLimits.textBytes, 'externalcontact/add_moment_task', 'text.content', 'bytes'],
  [momentLimits.images, 'externalcontact/add_moment_task', 'attachments', 'items'],
  [momentLimits.linkTitleBytes, 'externalcontact/add_moment_task', 'attachments.*.link.title', 'bytes'],
  [momentLimits.senders, 'externalcontact/add_moment_task', 'visible_range.sender_list.user_list', 'items'],
  [momentLimits.momentsPerPage, 'externalcontact/get_moment_list', 'limit', 'atMost'],
  [momentLimits.tasksPerPage, 'externalcontact/get_moment_task', 'limit', 'atMost'],
  [momentLimits.audiencePerPage, 'externalcontact/get_moment_customer_list', 'limit', 'atMost'],
  [momentLimits.viewersPerPage, 'externalcontact/get_moment_send_result', 'limit', 'atMost'],
  [productLimits.descriptionChars, 'externalcontact/add_product_album', 'description', 'chars'],
  [productLimits.priceFen, 'externalcontact/add_product_album', 'price', 'atMost'],
  [productLimits.numberBytes, 'externalcontact/add_product_album', 'product_sn', 'bytes'],
  [productLimits.pictures, 'externalcontact/add_product_album', 'attachments', 'items'],
  [productLimits.productsPerPage, 'externalcontact/get_product_album_list', 'limit', 'atMost'],
  [statisticLimits.users, 'externalcontact/get_user_behavior_data', 'userid', 'items'],
  [statisticLimits.departments, 'externalcontact/get_user_behavior_data', 'partyid', 'items'],
  [statisticLimits.owners, 'externalcontact/groupchat/statistic', 'owner_filter.userid_list', 'items'],
  [statisticLimits.ownersPerPage, 'externalcontact/groupchat/statistic', 'limit', 'atMost'],
  [strategyLimits.perPage, 'externalcontact/customer_strategy/list', 'limit', 'atMost'],
  [strategyLimits.tagNameChars, 'externalcontact/add_strategy_tag', 'tag.*.name', 'chars'],
  [uploadByUrlLimits.fileNameBytes, 'media/upload_by_url', 'filename', 'bytes'],
  [uploadByUrlLimits.urlBytes, 'media/upload_by_url', 'url', 'bytes'],
])('%d: %s, %s in %s', (figure, endpoint, field, what) => {
  expect(endpointOf(endpoint).limits?.[field]).toMatchObject({ [what]: figure })
})

test.each<[number, EndpointName]>([
  [acquisitionLimits.statisticDays, 'externalcontact/customer_acquisition/statistic'],
  [kfLimits.statisticDays, 'kf/get_corp_statistic'],
  [kfLimits.statisticDays, 'kf/get_servicer_statistic'],
  [massMessageLimits.daysPerList, 'externalcontact/get_groupmsg_list_v2'],
  [momentLimits.daysPerList, 'externalcontact/get_moment_list'],
  [statisticLimits.days, 'externalcontact/get_user_behavior_data'],
  [statisticLimits.days, 'externalcontact/groupchat/statistic'],
  [statisticLimits.days, 'externalcontact/groupchat/statistic_group_by_day'],
])('%d days: %s', (days, endpoint) => {
  expect(endpointOf(endpoint).span).toMatchObject({ days })
})
